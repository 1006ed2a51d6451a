using System.Runtime.Versioning;

// One at a time: some measure memory, and all of them use the same disk.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: SupportedOSPlatform("linux")]
