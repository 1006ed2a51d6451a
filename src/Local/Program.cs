using TextOps.Local.Commands;

return await TextOpsCommand.RunAsync(args);
