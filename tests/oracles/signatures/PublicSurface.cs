using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace TorchSharp.Signatures;

/// <summary>
/// What code outside an assembly can see of it, one line for each type and member:
/// <c>TYPE: declaration</c> or <c>TYPE.NAME: declaration</c>. Protected and protected internal look alike from outside and read alike here.
/// </summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    internal static IEnumerable<Type> Types(Assembly assembly) =>
        assembly.GetTypes().Where(IsVisible).OrderBy(static t => TypeNames.Text(t), StringComparer.Ordinal);

    /// <summary>The type's own line and those of the members it declares, in ordinal order.</summary>
    internal static IEnumerable<string> Lines(Type type)
    {
        var members = IsDelegate(type) ? [] : type.GetMembers(Declared).Where(IsVisible).Select(Line);
        return members.Append(Line(type)).Order(StringComparer.Ordinal);
    }

    internal static bool IsVisible(Type type) =>
        type.DeclaringType is { } outer ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(outer) : type.IsPublic;

    /// <summary>The line of a member's definition; accessors belong to the line of their property or event.</summary>
    internal static string Line(MemberInfo member) => $"{Key(member)}: {Declaration(member)}";

    /// <summary>What comes before the colon: overloads have it in common.</summary>
    internal static string Key(MemberInfo member) => member is Type type ? TypeNames.Text(type) : $"{Owner(member)}.{Name(member)}";

    private static bool IsVisible(MemberInfo member) => member switch
    {
        Type => false,
        MethodBase method => IsVisible(method) && !IsAccessor(method),
        FieldInfo field => (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && !field.IsSpecialName,
        PropertyInfo property => property.GetAccessors(true).Any(IsVisible),
        EventInfo @event => @event.AddMethod is { } add && IsVisible(add),
        _ => false,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsAccessor(MethodBase method) => method is { IsSpecialName: true, IsConstructor: false } && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    private static string Owner(MemberInfo member) => member.DeclaringType is { } type ? TypeNames.Text(type) : "";

    private static string Name(MemberInfo member) => member switch
    {
        ConstructorInfo => "new",
        PropertyInfo property when property.GetIndexParameters().Length > 0 => "this[]",
        _ => member.Name,
    };

    private static string Declaration(MemberInfo member) => member switch
    {
        Type type => Declaration(type),
        ConstructorInfo constructor => $"{Access(constructor)} new({Parameters(constructor)})",
        MethodInfo method => Declaration(method),
        PropertyInfo property => Declaration(property),
        FieldInfo field => Declaration(field),
        EventInfo { AddMethod: { } add, EventHandlerType: { } handler } @event => $"{Access(add)}{Slot(add)} event {TypeNames.Text(handler)} {@event.Name}",
        _ => throw new ArgumentException($"{member} is no member with a declaration", nameof(member)),
    };

    private static string Declaration(Type type)
    {
        if (IsDelegate(type) && type.GetMethod("Invoke") is { } invoke)
            return $"public delegate {Result(invoke)} {TypeNames.Text(type)}({Parameters(invoke)}){Constraints(type.GetGenericArguments())}";
        var access = type.IsNestedFamily || type.IsNestedFamORAssem ? "protected" : "public";
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        return $"{access} {kind} {TypeNames.Text(type)}{Bases(type)}{Constraints(type.GetGenericArguments())}";
    }

    private static string Bases(Type type)
    {
        if (type.IsEnum) return " : " + TypeNames.Text(Enum.GetUnderlyingType(type));
        var inherited = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? parent : null;
        var bases = type.GetInterfaces().Where(i => i.IsVisible && inherited?.GetInterfaces().Contains(i) != true).Select(static i => TypeNames.Text(i)).Order(StringComparer.Ordinal);
        var all = inherited is null ? bases : bases.Prepend(TypeNames.Text(inherited));
        var text = string.Join(", ", all);
        return text.Length == 0 ? "" : " : " + text;
    }

    private static string Declaration(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? method.GetGenericArguments() : [];
        var arguments = generic.Length == 0 ? "" : $"<{string.Join(", ", generic.Select(static g => g.Name))}>";
        var extension = method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : "";
        return $"{Access(method)}{Slot(method)} {Result(method)} {method.Name}{arguments}({extension}{Parameters(method)}){Constraints(generic)}";
    }

    private static string Declaration(PropertyInfo property)
    {
        var accessors = property.GetAccessors(true).Where(IsVisible).ToArray();
        var access = accessors.Any(static a => a.IsPublic) ? "public" : "protected";
        var type = ByReference(property.PropertyType, property.GetCustomAttributesData()) + TypeNames.Text(property.PropertyType, property.GetCustomAttributesData());
        var indices = property.GetIndexParameters();
        var name = indices.Length > 0 ? $"this[{Parameters(indices)}]" : property.Name;
        var text = string.Concat(accessors.OrderBy(a => a == property.SetMethod).Select(a => $" {(Access(a) == access ? "" : Access(a) + " ")}{Accessor(property, a)};"));
        return $"{access}{Slot(accessors[0])} {type} {name} {{{text} }}";
    }

    private static string Accessor(PropertyInfo property, MethodInfo accessor) =>
        accessor == property.GetMethod ? "get" : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set";

    private static string Declaration(FieldInfo field)
    {
        var access = field.IsPublic ? "public" : "protected";
        var type = TypeNames.Text(field.FieldType, field.GetCustomAttributesData());
        if (field.IsLiteral) return $"{access} const {type} {field.Name} = {Constant(Type(field), field.GetRawConstantValue())}";
        return $"{access}{(field.IsStatic ? " static" : "")}{(field.IsInitOnly ? " readonly" : "")} {type} {field.Name}";

        // The value of an enum's member is a number.
        static Type Type(FieldInfo field) => field.FieldType.IsEnum ? Enum.GetUnderlyingType(field.FieldType) : field.FieldType;
    }

    private static string Access(MethodBase method) => method.IsPublic ? "public" : method.IsPrivate || method.IsAssembly || method.IsFamilyAndAssembly ? "private" : "protected";

    private static string Slot(MethodInfo method)
    {
        if (method.IsStatic) return " static";
        if (method.DeclaringType is { IsInterface: true }) return method.IsAbstract ? "" : " virtual";
        if (!method.IsVirtual) return "";
        var overrides = (method.Attributes & MethodAttributes.NewSlot) == 0;
        if (method.IsAbstract) return overrides ? " abstract override" : " abstract";
        // A method that only implements an interface is virtual and final for the runtime alone.
        if (method.IsFinal) return overrides ? " sealed override" : "";
        return overrides ? " override" : " virtual";
    }

    private static string Result(MethodInfo method)
    {
        var attributes = method.ReturnParameter.GetCustomAttributesData();
        return ByReference(method.ReturnType, attributes) + TypeNames.Text(method.ReturnType, attributes);
    }

    private static string ByReference(Type type, IList<CustomAttributeData> attributes) =>
        !type.IsByRef ? "" : attributes.Any(static a => a.AttributeType == typeof(IsReadOnlyAttribute)) ? "ref readonly " : "ref ";

    private static string Parameters(MethodBase method) => Parameters(method.GetParameters());

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var attributes = parameter.GetCustomAttributesData();
        var modifier = parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? (parameter.IsIn ? "in " : "ref ") : "";
        var many = attributes.Any(static a => a.AttributeType == typeof(ParamArrayAttribute)) ? "params " : "";
        var value = parameter.HasDefaultValue ? " = " + Constant(parameter.ParameterType, parameter.RawDefaultValue) : "";
        return $"{many}{modifier}{TypeNames.Text(parameter.ParameterType, attributes)} {parameter.Name}{value}";
    }

    private static string Constant(Type type, object? value)
    {
        if (value is null) return type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null";
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain.IsEnum) return $"{TypeNames.Text(plain)}.{Enum.GetName(plain, Enum.ToObject(plain, value)) ?? Convert.ToString(value, CultureInfo.InvariantCulture)}";
        return value switch
        {
            string text => $"\"{text}\"",
            char letter => $"'{letter}'",
            bool truth => truth ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
    }

    private static string Constraints(Type[] parameters) => string.Concat(parameters.Select(static p => Constraints(p)).Where(static c => c.Length > 0).Select(static c => " where " + c));

    private static string Constraints(Type parameter)
    {
        var special = parameter.GenericParameterAttributes & GenericParameterAttributes.SpecialConstraintMask;
        var isUnmanaged = parameter.GetCustomAttributesData().Any(static a => a.AttributeType.Name == "IsUnmanagedAttribute");
        var isValue = special.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        List<string> all = isUnmanaged ? ["unmanaged"] : isValue ? ["struct"] : special.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? ["class"] : [];
        all.AddRange(parameter.GetGenericParameterConstraints().Where(static c => c != typeof(ValueType)).Select(static c => TypeNames.Text(c)).Order(StringComparer.Ordinal));
        if (special.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isValue) all.Add("new()");
        return all.Count == 0 ? "" : $"{parameter.Name} : {string.Join(", ", all)}";
    }
}
