using System.Globalization;

namespace Cairn.Shared.Errors;

/// <summary>Numbers that people give, within their bounds.</summary>
public static class Bounded
{
    /// <summary>Returns the number; it is called <paramref name="name"/> where it is refused, as which also one that is none is.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public static double Require(string name, double value, double least, double most) => value >= least && value <= most ? value : throw new CairnException(
        ErrorCode.InvalidRequest,
        string.Create(CultureInfo.InvariantCulture, $"{name} is {value}"),
        string.Create(CultureInfo.InvariantCulture, $"give a number from {least} to {most}"));
}
