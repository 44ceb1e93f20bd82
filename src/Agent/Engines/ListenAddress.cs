using System.Net;

namespace Cairn.Agent.Engines;

/// <summary>Where an instance listens when it runs.</summary>
/// <param name="Shown">As its configuration has it.</param>
/// <param name="Host">Where to probe it.</param>
/// <param name="Ip">Null for any address of this host, or for a name.</param>
/// <param name="Port">The port.</param>
/// <param name="Meaning">What it is for, e.g. " (bind-address)"; may be empty.</param>
internal sealed record ListenAddress(string Shown, string Host, IPAddress? Ip, int Port, string Meaning);
