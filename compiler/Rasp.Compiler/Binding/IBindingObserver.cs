using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Binding;

/// <summary>Sees binding happen, innermost expressions first.</summary>
internal interface IBindingObserver
{
    /// <summary>An expression is about to be bound; what it consists of follows until its <see cref="End"/>.</summary>
    void Begin();

    void End(ExpressionSyntax syntax, CompileTimeValue value);

    void Assign(string name, CompileTimeValue value);
}
