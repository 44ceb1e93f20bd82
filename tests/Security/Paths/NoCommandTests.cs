using Cairn.V1;
using Google.Protobuf.Reflection;

namespace Cairn.Security.Paths;

/// <summary>An agent runs commands of its own configuration only: the contract has no place for one.</summary>
public sealed class NoCommandTests
{
    private static readonly string[] Words = ["command", "exec", "script", "shell", "hook", "program", "arguments", "environment"];

    [Fact]
    public void No_request_to_an_agent_can_carry_a_command()
    {
        var requests = AgentReflection.Descriptor.Services
            .SelectMany(service => service.Methods)
            .SelectMany(method => Below(method.InputType, []));

        var carrying = requests
            .SelectMany(message => message.Fields.InDeclarationOrder())
            .Where(field => field.FieldType is FieldType.String or FieldType.Bytes
                && Words.Any(word => field.Name.Contains(word, StringComparison.Ordinal)))
            .Select(field => field.FullName);

        Assert.Empty(carrying);
    }

    private static HashSet<MessageDescriptor> Below(MessageDescriptor message, HashSet<MessageDescriptor> seen)
    {
        if (seen.Add(message))
        {
            foreach (var field in message.Fields.InDeclarationOrder().Where(field => field.FieldType == FieldType.Message))
            {
                Below(field.MessageType, seen);
            }
        }

        return seen;
    }
}
