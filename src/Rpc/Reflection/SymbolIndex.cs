using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Grpc.Reflection;

/// <summary>
/// Knows the files behind the mapped services, and what each declares. Built when first asked, then unchanged.
/// </summary>
internal sealed class SymbolIndex
{
    private readonly Lazy<Content> content;

    public SymbolIndex(EndpointDataSource endpoints) => content = new(() => new Content(DescriptorsOf(endpoints)));

    /// <summary>Full names, sorted.</summary>
    public IReadOnlyList<string> ServiceNames => content.Value.ServiceNames;

    public FileDescriptor? FileNamed(string name) => content.Value.Files.GetValueOrDefault(name);

    public FileDescriptor? FileDeclaring(string symbol) => content.Value.Symbols.GetValueOrDefault(symbol);

    /// <summary>A file after all that it imports, each once.</summary>
    public static IReadOnlyCollection<FileDescriptor> WithImports(FileDescriptor file)
    {
        var found = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        Collect(file, found);
        return found.Values;
    }

    private static void Collect(FileDescriptor file, Dictionary<string, FileDescriptor> found)
    {
        if (found.ContainsKey(file.Name))
        {
            return;
        }

        foreach (var import in file.Dependencies)
        {
            Collect(import, found);
        }

        found[file.Name] = file;
    }

    // Generated code holds a service's descriptor beside the base class of its implementations.
    private static IEnumerable<ServiceDescriptor> DescriptorsOf(EndpointDataSource endpoints) => endpoints.Endpoints
        .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType)
        .OfType<Type>()
        .Distinct()
        .Select(type => type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)?.BindType)
        .Select(type => type?.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(obj: null))
        .OfType<ServiceDescriptor>()
        .DistinctBy(descriptor => descriptor.FullName);

    private sealed class Content
    {
        public Content(IEnumerable<ServiceDescriptor> services)
        {
            var all = services.ToList();
            ServiceNames = [.. all.Select(service => service.FullName).Order(StringComparer.Ordinal)];
            foreach (var file in all.SelectMany(service => WithImports(service.File)))
            {
                if (Files.TryAdd(file.Name, file))
                {
                    Add(file);
                }
            }
        }

        public IReadOnlyList<string> ServiceNames { get; }

        public Dictionary<string, FileDescriptor> Files { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, FileDescriptor> Symbols { get; } = new(StringComparer.Ordinal);

        private void Add(FileDescriptor file)
        {
            foreach (var service in file.Services)
            {
                Symbols[service.FullName] = file;
                foreach (var method in service.Methods)
                {
                    Symbols[method.FullName] = file;
                }
            }

            AddEnums(file.EnumTypes, file);
            AddMessages(file.MessageTypes, file);
        }

        private void AddMessages(IEnumerable<MessageDescriptor> messages, FileDescriptor file)
        {
            foreach (var message in messages)
            {
                Symbols[message.FullName] = file;
                AddEnums(message.EnumTypes, file);
                AddMessages(message.NestedTypes, file);
            }
        }

        private void AddEnums(IEnumerable<EnumDescriptor> enums, FileDescriptor file)
        {
            foreach (var declared in enums)
            {
                Symbols[declared.FullName] = file;
            }
        }
    }
}
