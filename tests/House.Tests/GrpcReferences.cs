using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Cairn.House.Tests;

/// <summary>Reads out of an assembly's metadata what it uses of the assembly Rpc.</summary>
internal static class GrpcReferences
{
    private const string Rpc = "Rpc";

    public static IReadOnlyList<GrpcMember> In(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var types = metadata.TypeReferences
            .Select(handle => OwnerOf(metadata, handle))
            .OfType<string>()
            .Select(type => new GrpcMember(type, Name: null, Parameters: null));
        var members = metadata.MemberReferences.Select(handle => Read(metadata, handle)).OfType<GrpcMember>();
        return [.. types.Concat(members).Where(member => !member.IsGenerated).Distinct()];
    }

    private static GrpcMember? Read(MetadataReader metadata, MemberReferenceHandle handle)
    {
        var reference = metadata.GetMemberReference(handle);
        if (OwnerOf(metadata, reference.Parent) is not { } type)
        {
            return null;
        }

        var name = metadata.GetString(reference.Name);
        if (reference.GetKind() == MemberReferenceKind.Field)
        {
            return new GrpcMember(type, name, Parameters: null);
        }

        return name.StartsWith("get_", StringComparison.Ordinal) || name.StartsWith("set_", StringComparison.Ordinal)
            ? new GrpcMember(type, name[4..], Parameters: null)
            : new GrpcMember(type, name, ParametersOf(metadata, reference));
    }

    private static int ParametersOf(MetadataReader metadata, MemberReference reference)
    {
        var signature = metadata.GetBlobReader(reference.Signature);
        if (signature.ReadSignatureHeader().IsGeneric)
        {
            signature.ReadCompressedInteger();
        }

        return signature.ReadCompressedInteger();
    }

    // The full name of a type of Rpc; null for any other.
    private static string? OwnerOf(MetadataReader metadata, EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeReference:
                var type = metadata.GetTypeReference((TypeReferenceHandle)handle);
                var name = metadata.GetString(type.Name).Split('`')[0];
                if (type.ResolutionScope.Kind == HandleKind.TypeReference)
                {
                    return OwnerOf(metadata, type.ResolutionScope) is { } outer ? $"{outer}.{name}" : null;
                }

                return IsRpc(metadata, type.ResolutionScope) ? $"{metadata.GetString(type.Namespace)}.{name}" : null;
            case HandleKind.TypeSpecification:
                return GenericTypeOf(metadata, (TypeSpecificationHandle)handle);
            default:
                return null;
        }
    }

    // ELEMENT_TYPE_GENERICINST, class or value type, the type, its arguments (ECMA-335, II.23.2.14).
    private static string? GenericTypeOf(MetadataReader metadata, TypeSpecificationHandle handle)
    {
        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification(handle).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return null;
        }

        signature.ReadByte();
        return OwnerOf(metadata, signature.ReadTypeHandle());
    }

    private static bool IsRpc(MetadataReader metadata, EntityHandle scope) =>
        scope.Kind == HandleKind.AssemblyReference
        && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name) == Rpc;
}
