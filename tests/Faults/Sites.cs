using Cairn.Faults.Hosts;

namespace Cairn.Faults;

/// <summary>One site for all tests: what one of them left behind, the next would meet.</summary>
[CollectionDefinition(Name)]
public sealed class Sites : ICollectionFixture<FaultSite>
{
    public const string Name = "one site";
}
