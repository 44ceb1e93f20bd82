using System.Collections;
using System.Globalization;
using System.Reflection;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cairn.Shared.Configuration;

/// <summary>
/// Puts a YAML document into options objects, and goes on after a problem: an operator who mended one would only meet the
/// next. A key without a value is as if it were not there. Knows texts, whole numbers, yes or no, lists, names with a value each
/// and objects of them, and sections for others to read; the depth of the options bounds how deep a document is looked into.
/// </summary>
internal sealed class YamlBinding(string path, ICollection<string> problems)
{
    /// <summary>Makes a <typeparamref name="T"/> of a node; <paramref name="key"/> is where it stands, empty for the document's root.</summary>
    public T Bind<T>(YamlNode root, string key)
        where T : class, new()
    {
        var options = new T();
        if (!IsEmpty(root))
        {
            BindObject(root, options, key);
        }

        return options;
    }

    private void BindObject(YamlNode node, object options, string key)
    {
        if (node is not YamlMappingNode mapping)
        {
            Add(node, key, "lines of 'key: value' are expected here");
            return;
        }

        var known = options.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .ToDictionary(property => Hyphenated(property.Name), StringComparer.Ordinal);
        foreach (var (name, value) in mapping)
        {
            var word = (name as YamlScalarNode)?.Value ?? "";
            var inner = key.Length == 0 ? word : $"{key}.{word}";
            if (!known.TryGetValue(word, out var property))
            {
                Add(name, inner, $"there is no such key; known are {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}");
            }
            else if (!IsEmpty(value) && Convert(value, property.PropertyType, inner) is { } converted)
            {
                property.SetValue(options, converted);
            }
        }
    }

    private object? Convert(YamlNode node, Type type, string key)
    {
        if (type == typeof(string) || type == typeof(int) || type == typeof(bool))
        {
            return ConvertScalar(node, type, key);
        }

        if (type == typeof(YamlSection))
        {
            return new YamlSection(path, key, node);
        }

        if (type.IsGenericType)
        {
            return type.GetGenericTypeDefinition() == typeof(OrderedDictionary<,>)
                ? ConvertNamed(node, type, key)
                : ConvertList(node, type.GetGenericArguments()[0], key);
        }

        var options = Activator.CreateInstance(type)!;
        BindObject(node, options, key);
        return options;
    }

    private object? ConvertScalar(YamlNode node, Type type, string key)
    {
        if (node is not YamlScalarNode { Value: { } text })
        {
            Add(node, key, "one value is expected here");
            return null;
        }

        if (type == typeof(string))
        {
            return text;
        }

        if (type == typeof(bool))
        {
            return ConvertYesOrNo(node, text, key);
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Add(node, key, $"'{text}' is not a whole number");
        return null;
    }

    private bool? ConvertYesOrNo(YamlNode node, string text, string key)
    {
        switch (text)
        {
            case "true" or "yes":
                return true;
            case "false" or "no":
                return false;
            default:
                Add(node, key, $"'{text}' is neither true nor false");
                return null;
        }
    }

    private IList? ConvertList(YamlNode node, Type itemType, string key)
    {
        if (node is not YamlSequenceNode sequence)
        {
            Add(node, key, "a list is expected here, each item after '- '");
            return null;
        }

        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(itemType))!;
        foreach (var (index, item) in sequence.Index())
        {
            var inner = string.Create(CultureInfo.InvariantCulture, $"{key}[{index}]");
            if (IsEmpty(item))
            {
                Add(item, inner, "the item is empty");
            }
            else if (Convert(item, itemType, inner) is { } converted)
            {
                list.Add(converted);
            }
        }

        return list;
    }

    private IDictionary? ConvertNamed(YamlNode node, Type type, string key)
    {
        if (node is not YamlMappingNode mapping)
        {
            Add(node, key, "lines of 'name: value' are expected here");
            return null;
        }

        var named = (IDictionary)Activator.CreateInstance(type)!;
        foreach (var (name, value) in mapping)
        {
            var word = (name as YamlScalarNode)?.Value ?? "";
            var inner = $"{key}.{word}";
            if (IsEmpty(name) || IsEmpty(value))
            {
                Add(name, inner, "a name and its value are expected here");
            }
            else if (Convert(value, type.GetGenericArguments()[1], inner) is { } converted)
            {
                named[word] = converted;
            }
        }

        return named;
    }

    // SwapSeconds is swap-seconds.
    private static string Hyphenated(string property) =>
        string.Concat(property.Select((letter, i) => char.IsUpper(letter) && i > 0 ? $"-{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    // Quotes make an empty text out of nothing.
    private static bool IsEmpty(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    private void Add(YamlNode node, string key, string problem) =>
        problems.Add($"{path}:{node.Start.Line}:{node.Start.Column}: {(key.Length == 0 ? "" : key + ": ")}{problem}");
}
