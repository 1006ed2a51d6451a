using System.CommandLine;

namespace TextOps.Local.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<string[]> Files() => new("--filename", "-f")
    {
        Required = true,
        AllowMultipleArgumentsPerToken = false,
        HelpName = "FILE|DIR",
        Description = "A manifest, or a folder of manifests (*.yaml, *.yml, *.json, not recursive); may be given more than once.",
    };

    public static Option<string> Store()
    {
        var option = new Option<string>("--store")
        {
            HelpName = "DIR",
            Description = "Folder that keeps objects and outputs that name no store of their own.",
            DefaultValueFactory = _ => LocalStore.DefaultFolder,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } folder && File.Exists(folder))
            {
                result.AddError($"--store {folder} is a file; name a folder, or move the file away");
            }
        });
        return option;
    }

    public static Option<string> StoreOrUri() => new("--store")
    {
        HelpName = "DIR|URI",
        Description = "The store: its folder, or its URI.",
        DefaultValueFactory = _ => LocalStore.DefaultFolder,
    };

    public static Option<string> ModelNamespace() => new("--namespace", "-n")
    {
        HelpName = "NAME",
        Description = "Where there is no such NAME, NAMESPACE.NAME is meant: what the object NAME of that namespace makes.",
        DefaultValueFactory = _ => "default",
    };

    public static Option<string> Namespace() => new("--namespace", "-n")
    {
        HelpName = "NAME",
        Description = "Namespace of objects that name none.",
        DefaultValueFactory = _ => "default",
    };

    public static Option<string> LogLevel()
    {
        var option = new Option<string>("--log-level")
        {
            HelpName = "LEVEL",
            Description = "What the operator logs to standard error, as JSON: debug, information, warning, error.",
            DefaultValueFactory = _ => "error",
        };
        option.AcceptOnlyFromAmong("debug", "information", "warning", "error");
        return option;
    }
}
