using System.Text;
using TextOps.Artifacts.Embeddings;

namespace TextOps.Artifacts.Tests.Embeddings;

public sealed class NpyFileTests
{
    [Fact]
    public async Task A_file_is_what_numpy_writes()
    {
        // numpy.save of numpy.array([[1, 2, 3], [-1, 0.5, 0]], dtype='<f4').
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".PadRight(117) + "\n";
        byte[] expected =
        [
            0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header),
            0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40,
            0, 0, 0x80, 0xbf, 0, 0, 0, 0x3f, 0, 0, 0, 0,
        ];

        using var stream = new MemoryStream();
        await NpyFile.WriteHeaderAsync(stream, 2, 3, CancellationToken.None);
        await NpyFile.WriteValuesAsync(stream, new float[] { 1, 2, 3, -1, 0.5f, 0 }, CancellationToken.None);
        Assert.Equal(expected, stream.ToArray());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(20_000, 7)]
    public async Task Values_read_back(int rows, int columns)
    {
        var values = Enumerable.Range(0, rows * columns).Select(value => value / 3f).ToArray();
        using var stream = new MemoryStream();
        await NpyFile.WriteHeaderAsync(stream, rows, columns, CancellationToken.None);
        Assert.Equal(0, stream.Length % 64);
        await NpyFile.WriteValuesAsync(stream, values, CancellationToken.None);

        stream.Position = 0;
        Assert.Equal((rows, columns), await NpyFile.ReadHeaderAsync(stream, stream.Length, CancellationToken.None));
        var read = new float[values.Length];
        await NpyFile.ReadValuesAsync(stream, read, CancellationToken.None);
        Assert.Equal(values, read);
        await Assert.ThrowsAsync<InvalidDataException>(() => NpyFile.ReadValuesAsync(stream, new float[1], CancellationToken.None));
    }

    [Theory]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", "its values are '<f8'")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", "its values are '>f4'")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }", "its values are [('a'")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", "its fortran_order is True")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", "its shape is (6, )")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }", "its shape is (1, 2, 3)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", "its shape is (-2, 3)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2147483647), }", "makes 792281624")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }", "makes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "its header has no shape")]
    [InlineData("{'fortran_order': False, 'shape': (2, 3)}", "its header has no descr")]
    [InlineData("", "its header has no descr")]
    public async Task Other_arrays_are_refused(string header, string message)
    {
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[24]];
        await InvalidAsync(file, message);
    }

    [Theory]
    [InlineData(new byte[] { }, "it ends within its header")]
    [InlineData(new byte[] { 0x93, 78, 85, 77, 80, 89, 1, 0, 99, 0, 123 }, "it ends within its header")]
    [InlineData(new byte[] { 0x93, 78, 85, 77, 80, 89, 2, 0, 1, 0, 0, 0 }, "it is NumPy format 2.0")]
    [InlineData(new byte[] { 80, 75, 3, 4, 0, 0, 0, 0, 0, 0, 0 }, "it is not a NumPy file")]
    public async Task Other_files_are_refused(byte[] file, string message) => await InvalidAsync(file, message);

    private static async Task InvalidAsync(byte[] file, string message)
    {
        using var stream = new MemoryStream(file);
        var invalid = await Assert.ThrowsAsync<InvalidDataException>(() => NpyFile.ReadHeaderAsync(stream, file.Length, CancellationToken.None));
        Assert.Contains(message, invalid.Message, StringComparison.Ordinal);
    }
}
