using Rasp.Compiler.Interactive;

namespace Rasp.Compiler.Tests.Interactive;

/// <summary>What a prompt printed for a whole input.</summary>
internal sealed record Session(string Output, string Warnings)
{
    public static Session Run(string input, string folder = "")
    {
        using StringReader reader = new(input);
        using StringWriter output = new();
        using StringWriter warnings = new();
        InteractiveSession.Run(reader, output, warnings, folder, []);
        return new Session(output.ToString(), warnings.ToString());
    }

    /// <summary>The answers only: without the welcome and the prompts.</summary>
    public static string Answers(params string[] lines)
    {
        string output = Run(string.Join('\n', lines) + "\n").Output;
        string[] answers = output.Split('\n').Skip(2).Select(WithoutPrompts).Where(l => l.Length > 0).ToArray();
        return string.Join('\n', answers);
    }

    private static string WithoutPrompts(string line)
    {
        while (line.StartsWith(">> ", StringComparison.Ordinal) || line.StartsWith(".. ", StringComparison.Ordinal)) line = line[3..];
        return line;
    }
}
