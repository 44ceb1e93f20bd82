using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Rpc.Tests")]
