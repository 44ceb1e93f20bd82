using System.Reflection;

namespace Rpc.Tests.Surface;

/// <summary>Writes down every type and member of an assembly that other assemblies can see, one per line, sorted.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly) => assembly.GetTypes()
        .Where(IsVisible)
        .SelectMany(type => MembersOf(type).Prepend(Describe(type)))
        .Distinct()
        .Order(StringComparer.Ordinal);

    private static bool IsVisible(Type type) => type.IsNested
        ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)
        : type.IsPublic;

    private static string Describe(Type type)
    {
        var bases = type.GetInterfaces().Where(i => !IsInherited(type, i)).Select(Name).Order(StringComparer.Ordinal);
        if (type.BaseType is { } super && super != typeof(object) && super != typeof(ValueType) && super != typeof(Enum))
        {
            bases = bases.Prepend(Name(super)).OrderBy(name => name == Name(super) ? 0 : 1);
        }

        var list = string.Join(", ", bases);
        return $"{Name(type)} ({KindOf(type)}{(list.Length > 0 ? " : " + list : "")})";
    }

    private static bool IsInherited(Type type, Type contract) =>
        type.BaseType?.GetInterfaces().Contains(contract) == true
        || type.GetInterfaces().Any(other => other != contract && other.GetInterfaces().Contains(contract));

    private static string KindOf(Type type)
    {
        if (type.IsEnum)
        {
            return "enum";
        }

        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return "delegate";
        }

        if (type.IsInterface)
        {
            return "interface";
        }

        if (type.IsValueType)
        {
            return "struct";
        }

        return (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static class",
            (true, false) => "abstract class",
            (false, true) => "sealed class",
            _ => "class",
        };
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{Name(type)}.{name} = {Convert.ToInt32(Enum.Parse(type, name), null)}");
        }

        return type.IsSubclassOf(typeof(Delegate))
            ? [Describe(type.GetMethod("Invoke")!)]
            : type.GetMembers(Declared).Where(IsVisible).Select(Describe);
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        // Accessors are shown with their property.
        MethodInfo { IsSpecialName: true } method => IsVisibleMethod(method) && method.Name.StartsWith("op_", StringComparison.Ordinal),
        MethodBase method => IsVisibleMethod(method),
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisibleMethod),
        _ => false,
    };

    private static bool IsVisibleMethod(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Describe(MemberInfo member)
    {
        var owner = Name(member.DeclaringType!);
        return member switch
        {
            ConstructorInfo constructor => $"{owner}({Parameters(constructor)}){Access(constructor)}",
            MethodInfo method =>
                $"{owner}.{method.Name}{GenericList(method)}({Parameters(method)}) -> {Name(method.ReturnType)}{Access(method)}",
            FieldInfo field => $"{owner}.{field.Name} -> {Name(field.FieldType)}{(field.IsLiteral ? " const" : " field")}",
            PropertyInfo property => $"{owner}.{property.Name} -> {Name(property.PropertyType)} {{{Accessors(property)} }}",
            _ => throw new InvalidOperationException($"No words for {member}."),
        };
    }

    private static string Access(MethodBase method) =>
        (method.IsPublic ? "" : " protected") + (method.IsStatic ? " static" : "")
        + (method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? " abstract" : "");

    private static string Accessors(PropertyInfo property) => string.Concat(
        property.GetAccessors(nonPublic: true).Where(IsVisibleMethod)
            .Select(accessor => (accessor.IsPublic ? " " : " protected ") + accessor.Name[..3]));

    private static string GenericList(MethodInfo method) => method.IsGenericMethod
        ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>"
        : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        (p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "") + Name(p.ParameterType) + " " + p.Name + (p.IsOptional ? "?" : "")));

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        var own = type.Name.Split('`')[0];
        var outer = type.IsNested ? Name(type.DeclaringType!) + "." : type.Namespace is "System" ? "" : type.Namespace + ".";
        var inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var arguments = type.GetGenericArguments().Skip(inherited).Select(Name).ToList();
        return outer + own + (arguments.Count > 0 ? $"<{string.Join(", ", arguments)}>" : "");
    }
}
