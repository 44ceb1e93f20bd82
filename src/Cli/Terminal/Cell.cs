using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Terminal;

/// <summary>One cell of a table: plain text, perhaps in a colour, or a view such as a bar.</summary>
internal readonly struct Cell
{
    private readonly IRenderable? view;
    private readonly string text;
    private readonly Style? style;

    /// <summary>A text in a style.</summary>
    public Cell(string text, Style? style = null)
    {
        this.text = text;
        this.style = style;
        view = null;
    }

    /// <summary>Any view.</summary>
    public Cell(IRenderable view)
    {
        this.view = view;
        text = "";
        style = null;
    }

    /// <summary>A text in the terminal's own style.</summary>
    public static implicit operator Cell(string text) => new(text);

    /// <summary>The cell for printing.</summary>
    public IRenderable ToView() => view ?? new Text(text, style);
}
