using System.Collections.Immutable;
using System.Reflection;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;
using Rasp.Format;

namespace Rasp.Compiler.Binding;

/// <summary>The names every file starts with: base s-ops, functions of the language, and the library written in it.</summary>
internal sealed class BaseNames
{
    /// <summary>The value of the last statement at top level.</summary>
    public const string LastValueName = "out";

    // No file defines it, nor a word that is kept free.
    private static readonly ImmutableArray<string> KeptFree = [LastValueName, "get"];

    // Read once: every program starts with it.
    private static readonly Lazy<SyntaxTree> LibraryTree = new(() => SyntaxReader.Read(ReadLibrary(), "library.rasp", new DiagnosticBag()));

    private readonly GraphBuilder graph;
    private readonly Scope language = new(null);
    private readonly Scope library;

    public BaseNames(BindingSession session)
    {
        graph = session.Graph;
        Define(language, "True", new AtomValue(true, SOpType.Bool));
        Define(language, "False", new AtomValue(false, SOpType.Bool));
        Define(language, "indices", new SOpValue(graph.Indices(SourceSpan.None)));
        Define(language, "tokens_asis", Tokens(graph, SOpType.String));
        Define(language, "tokens_str", Tokens(graph, SOpType.String));
        Define(language, "tokens_int", Tokens(graph, SOpType.Int));
        Define(language, "tokens_float", Tokens(graph, SOpType.Float));
        Define(language, "tokens_bool", Tokens(graph, SOpType.Bool));
        foreach (BuiltInFunction function in BuiltInFunction.All) Define(language, function.Name, new BuiltInValue(function));

        ImmutableHashSet<string> everywhere = [.. language.Definitions.Select(d => d.Name).Where(n => n != "selector_width"), .. KeptFree];
        library = new Scope(language);
        StatementBinder binder = new(session, new ReservedNames(everywhere, []), load: null);
        session.BindLibrary(() => binder.BindFile(LibraryTree.Value, library));
        Reserved = new ReservedNames(everywhere, [.. library.Definitions.Select(d => d.Name), "selector_width"]);
        if (language.Find("tokens_str") is { } tokens) Define(library, "tokens", tokens);
    }

    public ReservedNames Reserved { get; }

    /// <summary>Whether the library defines the name; a parameter may hide it.</summary>
    public bool IsLibraryName(string name) => library.Contains(name) || name == "selector_width";

    /// <summary>Every name there is at the start of a file.</summary>
    public IEnumerable<Definition> Definitions => language.Definitions.Concat(library.Definitions);

    /// <summary>
    /// The scope of a new file. <c>tokens</c> is an ordinary name in it, which the file may define anew; around it stands the
    /// last value, at first that of <c>tokens</c>.
    /// </summary>
    public Scope NewFileScope()
    {
        Scope last = new(library);
        if (library.Find("tokens") is { } tokens) Define(last, LastValueName, tokens);
        return new Scope(last);
    }

    /// <summary>Gives <c>tokens_asis</c> the type of the tokens at hand, where these are known: at a prompt.</summary>
    public SOpValue TypeTokensAsIs(SOpType type)
    {
        SOpValue tokens = Tokens(graph, type);
        Define(language, "tokens_asis", tokens);
        return tokens;
    }

    private static SOpValue Tokens(GraphBuilder graph, SOpType type) => new(graph.Tokens(type, SourceSpan.None));

    private static void Define(Scope scope, string name, CompileTimeValue value) => scope.Define(name, value, SourceSpan.None);

    private static string ReadLibrary()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("library.rasp")
            ?? throw new InvalidOperationException("the library is missing from the assembly");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
