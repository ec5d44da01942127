using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Domains;

/// <summary>
/// An expression needs more than the compiler handles. The message says which limit, <see cref="Help"/> what the
/// program's author can do; both are worded to be parts of one sentence.
/// </summary>
internal class DomainLimitException(SOp sop, string limit, string help) : Exception(limit)
{
    public SOp SOp { get; } = sop;

    public string Help { get; } = help;
}

/// <summary>Single precision does not tell the expression's values apart where they stand for themselves in one column.</summary>
internal sealed class PrecisionLimitException(SOp sop, string limit, string help) : DomainLimitException(sop, limit, help);
