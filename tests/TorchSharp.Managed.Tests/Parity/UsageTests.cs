using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using TorchSharp.Signatures;

namespace TorchSharp.Managed.Tests.Parity;

/// <summary>What the toolchain uses of the engine is declared by TorchSharp: read from the references in its assemblies.</summary>
public sealed class UsageTests
{
    private static readonly Assembly Engine = typeof(torch).Assembly;

    [Theory]
    [InlineData("Rasp.Runtime", 80)]
    [InlineData("rasp", 0)]
    public void Every_use_of_the_engine_is_declared_by_TorchSharp(string assembly, int atLeast)
    {
        var signatures = new TorchSharpSignatures();
        var lines = Uses(Assembly.Load(assembly)).Select(Definition).Select(PublicSurface.Line).Distinct().Order(StringComparer.Ordinal).ToArray();
        var differences = lines.Select(signatures.Difference).OfType<string>().ToArray();
        Assert.True(differences.Length == 0, $"{assembly} uses what TorchSharp lacks or declares differently:{Environment.NewLine}{string.Join(Environment.NewLine, differences)}");
        Assert.InRange(lines.Length, atLeast, int.MaxValue);
    }

    /// <summary>The engine's types and members that an assembly refers to, and those its own types override.</summary>
    private static IEnumerable<MemberInfo> Uses(Assembly assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly.Location));
        var metadata = image.GetMetadataReader();
        var types = metadata.TypeReferences.Select(handle => (MemberInfo?)assembly.ManifestModule.ResolveType(MetadataTokens.GetToken(handle)));
        var members = metadata.MemberReferences.Select(handle => Resolve(assembly.ManifestModule, MetadataTokens.GetToken(handle)));
        var overridden = assembly.GetTypes()
            .SelectMany(static t => t.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Select(static m => m.GetBaseDefinition());
        return [.. types.Concat(members).Concat(overridden).OfType<MemberInfo>().Where(static m => m.Module.Assembly == Engine)];
    }

    // A reference made inside a generic type or method may name its parameters: any type will do in their place, since only the definition is asked for.
    private static MemberInfo? Resolve(Module module, int token)
    {
        var any = Enumerable.Repeat(typeof(object), 8).ToArray();
        return module.ResolveMember(token, any, any);
    }

    /// <summary>The definition a use refers to: without type arguments, and the property or event of an accessor.</summary>
    private static MemberInfo Definition(MemberInfo used)
    {
        if (used is Type type) return type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        var definition = used.Module.ResolveMember(used.MetadataToken) ?? used;
        if (definition is not MethodInfo { IsSpecialName: true, DeclaringType: { } owner } accessor) return definition;
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return owner.GetProperties(all).FirstOrDefault(p => p.GetAccessors(true).Contains(accessor))
            ?? (MemberInfo?)owner.GetEvents(all).FirstOrDefault(e => e.AddMethod == accessor || e.RemoveMethod == accessor)
            ?? definition;
    }
}
