namespace Grpc.Core;

/// <summary>Says on a generated service base class which method lists its methods to a binder.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = true)]
public class BindServiceMethodAttribute : Attribute
{
    /// <summary>Names the type and its static method <c>(ServiceBinderBase, TService)</c>.</summary>
    public BindServiceMethodAttribute(Type bindType, string bindMethodName)
    {
        BindType = bindType;
        BindMethodName = bindMethodName;
    }

    /// <summary>The type that has the method.</summary>
    public Type BindType { get; }

    /// <summary>The name of the static method.</summary>
    public string BindMethodName { get; }
}
