using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Binding;

/// <summary>Binds a file and those it loads to one program.</summary>
internal sealed class ProgramBinder
{
    private readonly SourceFiles files;
    private readonly BindingSession session;
    private readonly BaseNames baseNames;
    private readonly Dictionary<string, Scope?> loaded = [];
    private readonly List<string> loading = [];
    private readonly List<SyntaxTree> trees = [];

    public ProgramBinder(SourceFiles files, DiagnosticBag diagnostics)
    {
        this.files = files;
        session = new BindingSession(diagnostics);
        baseNames = new BaseNames(session);
    }

    /// <summary>What was bound: the main file, then those that were loaded.</summary>
    public IReadOnlyList<SyntaxTree> Trees => trees;

    public bool IsLibraryName(string name) => baseNames.IsLibraryName(name);

    public RaspProgram Bind(SyntaxTree tree)
    {
        Scope scope = BindFile(tree);
        ImmutableArray<NamedSOp> sops =
            [.. scope.Definitions.Where(d => d.Value is SOpValue).Select(d => new NamedSOp(d.Name, ((SOpValue)d.Value).SOp, d.Span))];
        ValueTypes types = new();
        RaspProgram program = new(tree.Path, sops, tree.Settings)
        {
            Names = [.. scope.Definitions.Where(d => d.Span.Path == tree.Path && d.Value is not UnknownValue).Select(d => types.Describe(d, session.Graph))],
        };
        foreach (NameSyntax export in tree.Exports)
        {
            if (program.Find(export.Name) is not null || scope.IsIncomplete) continue;
            if (scope.Own(export.Name) is { Value: not UnknownValue } other)
                session.Diagnostics.ExportOfAnotherKind(export.Span, export.Name, other.Value.Description);
            else if (scope.Find(export.Name) is not UnknownValue)
                session.Diagnostics.UnknownExport(export.Span, export.Name, Spelling.Nearest(export.Name, sops.Select(s => s.Name)));
        }

        return program;
    }

    private Scope BindFile(SyntaxTree tree)
    {
        Scope scope = baseNames.NewFileScope();
        trees.Add(tree);
        loading.Add(SourceFiles.Identity(tree.Path));
        new StatementBinder(session, baseNames.Reserved, (load, target) => Load(load, tree.Path, target)).BindFile(tree, scope);
        loading.RemoveAt(loading.Count - 1);
        return scope;
    }

    /// <summary>Brings the names of another file into <paramref name="target"/>, those that begin with <c>_</c> excepted.</summary>
    private void Load(LoadSyntax load, string from, Scope target)
    {
        if (SourceFiles.Resolve(from, load, session.Diagnostics) is not { } path) return;
        string identity = SourceFiles.Identity(path);
        int circle = loading.IndexOf(identity);
        if (circle >= 0)
        {
            IEnumerable<string> names = loading.Skip(circle).Append(identity).Select(p => Path.GetFileName(p));
            session.Diagnostics.LoadCycle(load.Span, string.Join(" → ", names));
            target.IsIncomplete = true;
            return;
        }

        if (!loaded.TryGetValue(identity, out Scope? scope))
        {
            if (files.Read(path, load.Span, session.Diagnostics) is { } tree) scope = BindFile(tree);
            loaded.Add(identity, scope);
        }

        if (scope is null || scope.IsIncomplete) target.IsIncomplete = true;
        if (scope is null) return;

        foreach (Definition definition in scope.Definitions.Where(d => !d.Name.StartsWith('_')))
            target.Define(definition.Name, definition.Value, definition.Span);
    }
}
