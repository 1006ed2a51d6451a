namespace TextOps.Local.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void Repository_is_found() => Assert.True(System.IO.File.Exists(TextOps.Tests.Repository.File("Operator.sln")));
}
