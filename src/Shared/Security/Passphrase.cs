using System.Text;
using Cairn.Shared.Errors;

namespace Cairn.Shared.Security;

/// <summary>Where a passphrase comes from: a file, the environment, or a person at a terminal. Never the command line.</summary>
public static class Passphrase
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "CAIRN_CA_PASSPHRASE";

    /// <summary>The first line of the file when one is named, else what the environment has; null when neither is there.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.KeyExposed"/>, <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public static string? Find(string? file)
    {
        if (file is null)
        {
            var given = Environment.GetEnvironmentVariable(Variable);
            return string.IsNullOrEmpty(given) ? null : given;
        }

        return SecretFiles.Read(file)?.Split('\n')[0].TrimEnd('\r') ?? throw new CairnException(
            ErrorCode.InvalidRequest, $"there is no passphrase file '{file}'", "name one that is there", subject: file);
    }

    /// <summary>Asks a person; nothing is shown of what is typed at a terminal.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>: nobody answered.</exception>
    public static string Ask(TextReader input, TextWriter prompt)
    {
        prompt.Write("Passphrase: ");
        var typed = Console.IsInputRedirected ? input.ReadLine() : ReadHidden();
        prompt.WriteLine();
        return string.IsNullOrEmpty(typed)
            ? throw new CairnException(
                ErrorCode.InvalidRequest,
                "no passphrase was given",
                $"give one with --passphrase-file, {Variable}, or at the prompt")
            : typed;
    }

    private static string ReadHidden()
    {
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        return typed.ToString();
    }
}
