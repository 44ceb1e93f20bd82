using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Tasks;

/// <summary>Makes the entries of a precheck out of proofs that throw.</summary>
internal static class Checks
{
    /// <summary>Runs a proof: what it returns is the finding, what it throws is the refusal.</summary>
    public static Task<Check> RunAsync(string name, string node, Func<Task<string>> prove) =>
        RunAsync(name, node, async () => new Finding(await prove(), []));

    /// <summary>As the other, for a proof that looked at many things.</summary>
    public static async Task<Check> RunAsync(string name, string node, Func<Task<Finding>> prove)
    {
        try
        {
            var found = await prove();
            return new Check { Name = name, Passed = true, Finding = found.Text, Evidence = { found.Evidence } };
        }
        catch (Exception failure) when (FailureTranslation.Translate(failure) is { } known)
        {
            return Refused(name, node, known);
        }
    }

    /// <summary>As <see cref="RunAsync(string, string, Func{Task{string}})"/>, for a proof that does not wait.</summary>
    public static Check Run(string name, string node, Func<string> prove)
    {
        try
        {
            return Passed(name, prove());
        }
        catch (Exception failure) when (FailureTranslation.Translate(failure) is { } known)
        {
            return Refused(name, node, known);
        }
    }

    /// <summary>A check that passed.</summary>
    public static Check Passed(string name, string finding) => new() { Name = name, Passed = true, Finding = finding };

    /// <summary>A check that did not.</summary>
    public static Check Refused(string name, string node, CairnException refusal) => new()
    {
        Name = name, Passed = false, Finding = refusal.Message, Error = refusal.ToDetail(node), Evidence = { refusal.Evidence },
    };

    /// <summary>Throws the first refusal among the checks; does nothing when all passed.</summary>
    /// <exception cref="CairnException">The first check that did not pass.</exception>
    public static void Require(IEnumerable<Check> checks, string node)
    {
        if (checks.FirstOrDefault(check => !check.Passed) is { } refused)
        {
            var detail = refused.Error?.Clone() ?? new ErrorDetail
            {
                Code = ErrorCode.Internal.WireName(), Message = refused.Finding, WayOut = "look into the agent's log",
            };
            detail.Node = detail.Node.Length == 0 ? node : detail.Node;
            throw CairnException.FromDetail(detail);
        }
    }
}
