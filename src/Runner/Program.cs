using TextOps.Runner.Hosting;

return await RunnerCommand.RunAsync(args);
