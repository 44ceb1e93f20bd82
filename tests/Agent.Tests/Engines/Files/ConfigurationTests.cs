using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Engines.Files;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Engines.Files;

public sealed class ConfigurationTests
{
    [Fact]
    public void Roots_are_all_that_is_needed()
    {
        using var node = new FilesNode();

        Assert.Empty(node.Problems);
        Assert.Equal(["data", "wal"], node.Instance.Roots.Select(root => root.Name));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var options = new InstanceOptions
        {
            Name = "db",
            Config = "/etc/db.conf",
            Commands = new ServiceOptions { Start = ["/bin/true"] },
            Options = YamlSection.Parse(
                """
                roots: {data: /srv/db, "in side": /srv/db/wal, up: /srv/../etc}
                immutable: [data/**x, dta/*.sst]
                changing: perhaps
                before-capture: [etcdctl, snapshot]
                processes: [bin/db]
                ports: [0, db:8086]
                hooks: 1
                """),
        };

        var problems = new FilesEngine(new EngineLimits(), TimeProvider.System).CheckConfiguration(options);

        Assert.Collection(
            problems.Order(StringComparer.Ordinal),
            problem => Assert.StartsWith("config: this engine reads no configuration file", problem),
            problem => Assert.StartsWith("options.before-capture: 'etcdctl' is not the absolute path of a program", problem),
            problem => Assert.StartsWith("options.changing: 'perhaps' is neither refuse nor accept", problem),
            problem => Assert.StartsWith("options.immutable: 'data/**x' is no pattern", problem),
            problem => Assert.StartsWith("options.immutable: 'dta/*.sst' can match nothing", problem),
            problem => Assert.StartsWith("options.ports: '0' is neither", problem),
            problem => Assert.StartsWith("options.ports: 'db:8086' is neither", problem),
            problem => Assert.StartsWith("options.processes: 'bin/db' begins neither", problem),
            problem => Assert.Contains("lies inside /srv/db of root data", problem),
            problem => Assert.StartsWith("options.roots.up: '/srv/../etc' is not an absolute path", problem),
            problem => Assert.StartsWith("options.roots: 'in side' is no name", problem),
            problem => Assert.Contains("hooks: there is no such key", problem));
    }

    [Fact]
    public void Starting_and_stopping_need_a_sign_of_life()
    {
        var options = new InstanceOptions
        {
            Name = "db",
            Commands = new ServiceOptions { Stop = ["/bin/true"] },
            Options = YamlSection.Parse("roots: {data: /srv/db}"),
        };

        var problem = Assert.Single(new FilesEngine(new EngineLimits(), TimeProvider.System).CheckConfiguration(options));

        Assert.Contains("give processes or ports", problem);
    }

    [Fact]
    public void An_instance_without_roots_cannot_be_opened()
    {
        var refused = Assert.Throws<CairnException>(() =>
            new FilesEngine(new EngineLimits(), TimeProvider.System).Open(new InstanceOptions { Name = "db" }));

        Assert.Equal(ErrorCode.ConfigurationInvalid, refused.Code);
        Assert.Contains("options.roots: 1 to 64 directories are needed", refused.Message);
    }
}
