using System.CommandLine;

namespace TextOps.Local.Commands.Models;

/// <summary><c>textops models …</c>: looks at a registry, moves aliases, and brings models in.</summary>
internal static class ModelsCommand
{
    public static Command Create() => new("models", "Shows and compares the models of a registry, moves their aliases, and imports others.")
    {
        ModelsListCommand.Create(),
        ModelsShowCommand.Create(),
        ModelsDiffCommand.Create(),
        ModelsAliasCommand.Create(),
        ModelsImportCommand.Create(),
    };

    /// <summary>Argument that names a version.</summary>
    public static Argument<string> Reference(string name, string description) => new(name)
    {
        HelpName = $"{name}[@VERSION|@ALIAS]",
        Description = $"{description} A name, and after '@' a version (3, v3 or v000003) or an alias; the newest version where left out.",
    };
}
