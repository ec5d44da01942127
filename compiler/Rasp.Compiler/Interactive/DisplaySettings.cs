using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Interactive;

/// <summary>What a prompt shows of a result, and on which inputs.</summary>
internal sealed record DisplaySettings
{
    public InputSequence SOpExample { get; init; } = InputSequence.FromText("hello");

    public InputSequence SelectorExample { get; init; } = InputSequence.FromText("hello");

    public bool ShowsSOpExamples { get; init; } = true;

    public bool ShowsSelectorExamples { get; init; } = true;

    /// <summary>Whether s-ops are shown above one another with their input, instead of in one line.</summary>
    public bool IsFullSequence { get; init; }

    public DisplaySettings WithExample(ExampleSubject subject, InputSequence example) => this with
    {
        SOpExample = subject == ExampleSubject.Selector ? SOpExample : example,
        SelectorExample = subject == ExampleSubject.SOp ? SelectorExample : example,
    };

    public DisplaySettings WithExamples(ExampleSubject subject, bool isOn) => this with
    {
        ShowsSOpExamples = subject == ExampleSubject.Selector ? ShowsSOpExamples : isOn,
        ShowsSelectorExamples = subject == ExampleSubject.SOp ? ShowsSelectorExamples : isOn,
    };
}
