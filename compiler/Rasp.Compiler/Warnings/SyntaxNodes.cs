using System.Collections.Immutable;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Warnings;

/// <summary>Walks over what was written. Without recursion: a chain of operators may be longer than the stack.</summary>
internal static class SyntaxNodes
{
    /// <summary>The statements with those inside their loops and functions, in the order of the text.</summary>
    public static IEnumerable<StatementSyntax> All(IEnumerable<StatementSyntax> statements) =>
        statements.SelectMany(s => s switch
        {
            ForSyntax loop => All(loop.Body).Prepend(s),
            FunctionSyntax function => All(function.Body).Prepend(s),
            _ => [s],
        });

    /// <summary>The statements with those inside their loops; a function stays whole.</summary>
    public static IEnumerable<StatementSyntax> Unrolled(IEnumerable<StatementSyntax> statements) =>
        statements.SelectMany(s => s is ForSyntax loop ? Unrolled(loop.Body).Prepend(s) : [s]);

    /// <summary>The statement's own expressions, not those of the statements inside it, and everything in them.</summary>
    public static IEnumerable<ExpressionSyntax> Expressions(StatementSyntax statement)
    {
        Stack<ExpressionSyntax> open = new(Roots(statement));
        while (open.TryPop(out ExpressionSyntax? expression))
        {
            yield return expression;
            foreach (ExpressionSyntax operand in Operands(expression)) open.Push(operand);
        }
    }

    /// <summary>The names that a statement or the statements inside it read, as far as they are not its own parameters or locals.</summary>
    public static IEnumerable<string> Reads(StatementSyntax statement) => statement switch
    {
        FunctionSyntax f => f.Body.SelectMany(Reads).Except([.. f.Parameters.Select(p => p.Name), .. Unrolled(f.Body).SelectMany(Defines).Select(n => n.Name)]),
        ForSyntax loop => OwnReads(statement).Concat(loop.Body.SelectMany(Reads)),
        _ => OwnReads(statement),
    };

    /// <summary>The names in the statement's own expressions.</summary>
    public static IEnumerable<string> OwnReads(StatementSyntax statement) => Expressions(statement).OfType<NameSyntax>().Select(n => n.Name);

    /// <summary>The names that the statement itself gives values to.</summary>
    public static IReadOnlyList<NameSyntax> Defines(StatementSyntax statement) => statement switch
    {
        AssignmentSyntax s => s.Names,
        FunctionSyntax s => [s.Name],
        ForSyntax s => s.Names,
        _ => [],
    };

    private static ImmutableArray<ExpressionSyntax> Roots(StatementSyntax statement) => statement switch
    {
        AssignmentSyntax s => s.Values,
        ForSyntax s => [s.Source],
        ReturnSyntax s => s.Values,
        ExpressionStatementSyntax s => s.Expressions,
        InteractiveSyntax { Example: { } example } => [example],
        _ => [],
    };

    private static IEnumerable<ExpressionSyntax> Operands(ExpressionSyntax expression) => expression switch
    {
        ParenthesizedSyntax s => [s.Inner],
        ListSyntax s => s.Elements,
        DictionarySyntax s => s.Entries.SelectMany(e => new[] { e.Key, e.Value }),
        ComprehensionSyntax { Key: { } key } s => [key, s.Element, s.Source],
        ComprehensionSyntax s => [s.Element, s.Source],
        PrefixSyntax s => [s.Operand],
        BinarySyntax s => [s.Left, s.Right],
        ConditionalSyntax s => [s.WhenTrue, s.Condition, s.WhenFalse],
        ContainedSyntax s => [s.Item, s.Container],
        IndexSyntax s => [s.Target, s.Index],
        CallSyntax s => s.Arguments.Prepend(s.Target),
        SelectSyntax s => [s.Key, s.Query],
        _ => [],
    };
}
