namespace Cairn.House.Tests;

/// <summary>A type of gRPC or a member of one, as compiled code names it.</summary>
/// <param name="Type">With its namespace, without what is generic about it.</param>
/// <param name="Name">The member's name; a property's without <c>get_</c> and <c>set_</c>; null for the type itself.</param>
/// <param name="Parameters">How many a method takes; null for what takes none by nature.</param>
internal sealed record GrpcMember(string Type, string? Name, int? Parameters)
{
    /// <summary>Stubs of the published contracts, which both providers generate.</summary>
    public bool IsGenerated =>
        Type.StartsWith("Grpc.Health.V1.", StringComparison.Ordinal) || Type.StartsWith("Grpc.Reflection.V1", StringComparison.Ordinal);
}
