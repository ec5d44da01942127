using Antlr4.Runtime;
using Rasp.Grammar;

namespace Rasp.Compiler.Syntax;

/// <summary>The generated parser with a bound on nesting, so that no text can exhaust the stack.</summary>
internal sealed class BoundedParser(ITokenStream tokens) : RaspParser(tokens)
{
    /// <summary>How many expressions and statements may stand inside one another.</summary>
    public const int MaxDepth = 250;

    private int depth;

    public override void EnterRule(ParserRuleContext localctx, int state, int ruleIndex)
    {
        base.EnterRule(localctx, state, ruleIndex);
        if (ruleIndex == RULE_statement) Descend();
    }

    public override void ExitRule()
    {
        if (Context is StatementContext) depth--;
        base.ExitRule();
    }

    public override void EnterRecursionRule(ParserRuleContext localctx, int state, int ruleIndex, int precedence)
    {
        base.EnterRecursionRule(localctx, state, ruleIndex, precedence);
        Descend();
    }

    public override void UnrollRecursionContexts(ParserRuleContext _parentctx)
    {
        depth--;
        base.UnrollRecursionContexts(_parentctx);
    }

    private void Descend()
    {
        if (++depth > MaxDepth) throw new NestingException(CurrentToken);
    }
}

/// <summary>Leaves the parser when <see cref="BoundedParser.MaxDepth"/> is reached; it never leaves the reader of files.</summary>
internal sealed class NestingException(IToken token) : Exception
{
    public IToken Token { get; } = token;
}
