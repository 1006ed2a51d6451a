using TextOps.Operator.Host;

return await OperatorCommand.RunAsync(args, OperatorControlPlane.Build);
