using System.CommandLine;

namespace Rasp.Tool;

/// <summary>Work without steps at which to stop, because all it writes is moved into place whole.</summary>
internal static class StoppableActions
{
    /// <summary>Ctrl-C ends the verb at once: with an error, exit code 1 and no files.</summary>
    public static void SetStoppableAction(this Command command, Func<ParseResult, int> run) =>
        command.SetAction((parsed, cancellation) => Task.Run(() => run(parsed), CancellationToken.None).WaitAsync(cancellation));
}
