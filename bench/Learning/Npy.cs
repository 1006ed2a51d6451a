using System.Runtime.InteropServices;
using System.Text;

namespace TextOps.Bench.Learning;

/// <summary>numpy's file format, version 1, as far as it is needed to hand arrays to Python.</summary>
internal static class Npy
{
    public static void Write<T>(string path, T[] values, string type, params int[] shape)
        where T : unmanaged
    {
        var sizes = shape.Length == 0 ? $"{values.Length}," : string.Concat(shape.Select(size => $"{size},"));
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({sizes}), }}";
        header = header.PadRight(((header.Length + 11 + 63) / 64 * 64) - 11) + "\n";
        using var file = File.Create(path);
        file.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        file.Write(Encoding.ASCII.GetBytes(header));
        file.Write(MemoryMarshal.AsBytes<T>(values));
    }

    public static float[] ReadFloats(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return MemoryMarshal.Cast<byte, float>(bytes.AsSpan(10 + bytes[8] + (bytes[9] << 8))).ToArray();
    }
}
