using System.Reflection;
using System.Runtime.CompilerServices;

namespace TorchSharp.Signatures;

/// <summary>
/// Types in C# syntax: keywords for built-in types, no <c>System</c> namespaces, nothing before what follows <c>TorchSharp.</c>,
/// tuples with their element names. Nullable annotations of reference types are left out.
/// </summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(decimal)] = "decimal", [typeof(nint)] = "nint", [typeof(nuint)] = "nuint",
    };

    /// <summary>The type of a parameter, return value, field or property, with the tuple names that are kept beside it.</summary>
    internal static string Text(Type type, IList<CustomAttributeData> attributes)
    {
        var names = attributes.FirstOrDefault(static a => a.AttributeType == typeof(TupleElementNamesAttribute));
        return names?.ConstructorArguments[0].Value is IEnumerable<CustomAttributeTypedArgument> list
            ? Text(type, new Queue<string?>(list.Select(static a => a.Value as string)))
            : Text(type);
    }

    internal static string Text(Type type) => Text(type, new Queue<string?>());

    // The names of a type's tuple elements come depth first, those of a tuple before those inside its elements.
    private static string Text(Type type, Queue<string?> names)
    {
        if (Keywords.TryGetValue(type, out var keyword)) return keyword;
        if (type.IsGenericParameter) return type.Name;
        if (type.HasElementType && type.GetElementType() is { } element)
        {
            var inner = Text(element, names);
            return type.IsArray ? inner + "[" + new string(',', type.GetArrayRank() - 1) + "]" : type.IsPointer ? inner + "*" : inner;
        }
        if (Nullable.GetUnderlyingType(type) is { } value && !type.IsGenericTypeDefinition) return Text(value, names) + "?";
        if (IsTuple(type)) return Tuple(type, names);
        return Named(type, [.. type.GetGenericArguments().Select(a => Text(a, names))]);
    }

    private static bool IsTuple(Type type) =>
        type is { IsGenericType: true, IsGenericTypeDefinition: false } && type.Namespace == "System" && type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal);

    private static string Tuple(Type type, Queue<string?> names)
    {
        var types = type.GetGenericArguments();
        var own = types.Select(_ => names.Count > 0 ? names.Dequeue() : null).ToArray();
        return "(" + string.Join(", ", types.Select((t, i) => own[i] is { } name ? $"{Text(t, names)} {name}" : Text(t, names))) + ")";
    }

    // A nested type repeats the type arguments of the types around it.
    private static string Named(Type type, string[] arguments)
    {
        var outer = type.DeclaringType;
        var given = outer?.GetGenericArguments().Length ?? 0;
        var lead = outer is null ? Namespace(type) : Named(outer, arguments[..given]) + ".";
        var tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        var name = lead + (tick < 0 ? type.Name : type.Name[..tick]);
        return arguments.Length > given ? $"{name}<{string.Join(", ", arguments[given..])}>" : name;
    }

    private static string Namespace(Type type) => type.Namespace switch
    {
        null or "TorchSharp" => "",
        { } space when space == "System" || space.StartsWith("System.", StringComparison.Ordinal) => "",
        { } space when space.StartsWith("TorchSharp.", StringComparison.Ordinal) => space["TorchSharp.".Length..] + ".",
        { } space => space + ".",
    };
}
