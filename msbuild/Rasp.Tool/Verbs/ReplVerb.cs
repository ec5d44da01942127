using System.CommandLine;
using Rasp.Compiler.Interactive;

namespace Rasp.Tool.Verbs;

/// <summary><c>rasp repl [FILE…]</c>: reads statements and prints what they give, until the input ends, <c>exit</c> or Ctrl-C.</summary>
internal static class ReplVerb
{
    public static Command Create(TextReader input)
    {
        Argument<string[]> files = new("FILE") { Description = "Files to load first.", Arity = ArgumentArity.ZeroOrMore };
        Command command = new("repl", "Reads statements from the input and prints what they give.") { files };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            TextWriter error = parsed.InvocationConfiguration.Error;
            IEnumerable<string> names = parsed.GetValue(files)?.Select(WithoutExtension) ?? [];

            // Nothing interrupts a read: Ctrl-C leaves it waiting on a background thread.
            Task session = Task.Run(() => InteractiveSession.Run(input, output, error, string.Empty, names), CancellationToken.None);
            Task stopped = Task.Delay(Timeout.Infinite, cancellationToken);
            await await Task.WhenAny(session, stopped.ContinueWith(_ => { }, TaskScheduler.Default));
            return 0;
        });
        return command;
    }

    // A statement names a file without its extension.
    private static string WithoutExtension(string file) =>
        file.EndsWith(".rasp", StringComparison.Ordinal) ? file[..^".rasp".Length] : file;
}
