using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Syntax;

/// <summary>A tree with all its properties but the places, found by reflection: a property added later is compared as well.</summary>
internal static class TreeText
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    public static string Of(SyntaxTree tree)
    {
        StringBuilder text = new();
        Write(tree.Statements, text);
        Write(tree.Comments.Select(c => c.Text), text);
        Write(tree.Exports, text);
        return text.ToString();
    }

    private static void Write(object? node, StringBuilder text)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case string or Enum or bool:
                text.Append('<').Append(node).Append('>');
                break;
            case Value value:
                text.Append(value.Kind).Append('<').Append(value).Append('>');
                break;
            case IEnumerable items:
                text.Append('[');
                foreach (object? item in items) Write(item, text);
                text.Append(']');
                break;
            default:
                text.Append('(').Append(node.GetType().Name);
                foreach (PropertyInfo property in Properties.GetOrAdd(node.GetType(), Read)) Write(property.GetValue(node), text.Append(' '));
                text.Append(")\n");
                break;
        }
    }

    private static PropertyInfo[] Read(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.PropertyType != typeof(SourceSpan) && p.Name != "EqualityContract")];
}
