using System.Runtime.CompilerServices;
using Rasp.Compiler.Binding;

namespace Rasp.Compiler.Interactive;

/// <summary>Where functions come from, as the original interpreter calls it: <c>console</c> or the loaded name of a file.</summary>
internal sealed class FunctionOrigins
{
    private const string Library = "RASP_support/rasplib";

    private readonly ConditionalWeakTable<Scope, string> origins = [];

    public void Add(Scope scope, string origin) => origins.AddOrUpdate(scope, origin);

    /// <summary>Origin, name and parameters.</summary>
    public string Describe(CompileTimeValue function) => function is FunctionValue f
        ? $"{Origin(f)} function: {f.Syntax.Name.Name}({string.Join(", ", f.Syntax.Parameters.Select(p => p.Name))})"
        : $"{Library} function: selector_width(sel)";

    private string Origin(FunctionValue function)
    {
        if (function.IsLibrary) return Library;
        return origins.TryGetValue(function.Scope, out string? origin) ? origin : "console'";
    }
}
