using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Binding;

/// <summary>What is shared while one program and the files it loads are bound: the graph, the diagnostics, the limits.</summary>
internal sealed class BindingSession(DiagnosticBag diagnostics)
{
    /// <summary>How deep calls of the program's functions may stand inside one another.</summary>
    public const int MaxCallDepth = 200;

    /// <summary>How many expressions may be bound, with loops and calls unrolled.</summary>
    public const int MaxSteps = 1_000_000;

    private readonly Stack<FunctionValue> calls = [];
    private SourceSpan? librarySite;
    private int steps;

    public GraphBuilder Graph { get; } = new();

    public DiagnosticBag Diagnostics { get; } = diagnostics;

    /// <summary>Set while functions that nobody calls are checked, with parameters about which nothing is known.</summary>
    public bool IsChecking { get; set; }

    /// <summary>Whether a limit was reached; it has been reported, and binding should come to an end.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Is told of every expression and assignment as it is bound; a prompt takes from it what to call unnamed s-ops.</summary>
    public IBindingObserver? Observer { get; init; }

    /// <summary>Whether a loop ends with the first round in which there is an error, as at a prompt, which keeps what was done before.</summary>
    public bool StopsAtErrors { get; init; }

    /// <summary>Whether what is left of the statement should not be bound.</summary>
    public bool HasStopped => IsExhausted || (StopsAtErrors && Diagnostics.HasErrors);

    /// <summary>Where something stands: inside the library the place is the call that led there, and there is none for what it defines itself.</summary>
    public SourceSpan At(SourceSpan span) => librarySite ?? span;

    /// <summary>Counts work; false when the program has grown beyond <see cref="MaxSteps"/>.</summary>
    public bool TryStep(SourceSpan span, int count = 1)
    {
        if (IsExhausted) return false;
        steps += Math.Min(count, MaxSteps);
        if (steps <= MaxSteps) return true;
        IsExhausted = true;
        Diagnostics.ProgramTooLarge(At(span), MaxSteps);
        return false;
    }

    /// <summary>Gives the next statement of a prompt all the room there is.</summary>
    public void Restart() => (steps, IsExhausted) = (0, false);

    /// <summary>Binds the library itself, which stands in no text of the program.</summary>
    public void BindLibrary(Action bind)
    {
        librarySite = SourceSpan.None;
        bind();
        librarySite = null;
    }

    /// <summary>Runs <paramref name="bind"/> as the body of a call, unless calls stand too deep inside one another.</summary>
    public CompileTimeValue Call(FunctionValue function, SourceSpan site, Func<CompileTimeValue> bind)
    {
        // With unknown arguments a recursion would never meet its end.
        if (IsExhausted || (IsChecking && calls.Contains(function))) return new UnknownValue();
        if (calls.Count >= MaxCallDepth)
        {
            IsExhausted = true;
            Diagnostics.RecursionTooDeep(At(site), function.Syntax.Name.Name, MaxCallDepth);
            return new UnknownValue();
        }

        SourceSpan? outerSite = librarySite;
        if (function.IsLibrary) librarySite ??= site;
        calls.Push(function);
        CompileTimeValue result = bind();
        calls.Pop();
        librarySite = outerSite;
        return result;
    }
}
