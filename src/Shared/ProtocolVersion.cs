namespace Cairn.Shared;

/// <summary>The version of the contract in protos/cairn/v1, told at registration and in every description.</summary>
public static class ProtocolVersion
{
    /// <summary>What this build speaks.</summary>
    public const int Current = 1;

    /// <summary>The oldest that this build can work with.</summary>
    public const int Oldest = 1;
}
