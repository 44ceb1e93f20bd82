using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Terminal;

/// <summary>Builds what a command prints: details by name, paragraphs and tables, one below the other.</summary>
internal sealed class Page
{
    private readonly List<IRenderable> parts = [];
    private Grid? details;

    /// <summary>Adds a name and what it is; details that follow each other are aligned.</summary>
    public Page Detail(string name, Cell value)
    {
        if (details is null)
        {
            details = new Grid().Collapse();
            details.AddColumn(new GridColumn { Padding = new Padding(0, 0, 2, 0), NoWrap = true });
            details.AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
            parts.Add(details);
        }

        details.AddRow(new Text(name, Styles.Heading), value.ToView());
        return this;
    }

    /// <summary>Adds one line of text.</summary>
    public Page Line(string text, Style? style = null) => Add(new Text(text, style));

    /// <summary>Adds one line of text, moved in by a number of columns also where it folds.</summary>
    public Page Indented(int columns, string text, Style? style = null) =>
        Add(new Padder(new Text(text, style), new Padding(columns, 0, 0, 0)));

    /// <summary>Adds a table.</summary>
    public Page Table(PlainTable table) => Add(table.ToView());

    /// <summary>Adds an empty line.</summary>
    public Page Gap() => Add(new Text(""));

    /// <summary>The page for printing; every part ends its last line.</summary>
    public IRenderable ToView() => new Rows(parts);

    private Page Add(IRenderable part)
    {
        details = null;
        parts.Add(part);
        return this;
    }
}
