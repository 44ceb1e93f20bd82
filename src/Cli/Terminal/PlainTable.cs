using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Terminal;

/// <summary>
/// A table without lines: what people read, and what <c>awk</c> can cut. Numbers stand to the right; cells are plain text,
/// never markup, so nothing in a name can style or break the page.
/// </summary>
internal sealed class PlainTable
{
    private readonly Table table = new Table { Border = TableBorder.None, ShowHeaders = true }.Collapse();

    /// <summary>Adds a column of texts.</summary>
    public PlainTable Text(string name) => Add(name, Justify.Left);

    /// <summary>Adds a column of numbers.</summary>
    public PlainTable Number(string name) => Add(name, Justify.Right);

    /// <summary>Adds a row; there are as many cells as columns.</summary>
    public PlainTable Row(params Cell[] cells)
    {
        table.AddRow(cells.Select(cell => cell.ToView()));
        return this;
    }

    /// <summary>The table for printing.</summary>
    public IRenderable ToView() => table;

    private PlainTable Add(string name, Justify alignment)
    {
        table.AddColumn(new TableColumn(new Text(name.ToUpperInvariant(), Styles.Heading))
        {
            Alignment = alignment,
            Padding = new Padding(0, 0, 2, 0),
        });
        return this;
    }
}
