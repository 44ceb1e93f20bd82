using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Cairn.Repository;

/// <summary>
/// Hands a path to the C library as the bytes that it stands for (<see cref="UnixPath"/>), ended by a NUL. Throws
/// <see cref="ArgumentException"/> for a path that has a NUL inside: the call would see another path.
/// </summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(ManagedToUnmanagedIn))]
public static unsafe class UnixPathMarshaller
{
    /// <summary>The bytes for one call; long paths take memory of their own.</summary>
    public ref struct ManagedToUnmanagedIn
    {
        private byte* native;
        private bool isAllocated;

        /// <summary>Bytes of the caller's buffer, enough for most paths.</summary>
        public static int BufferSize => 512;

        /// <summary>Puts the path's bytes into <paramref name="buffer"/>, or elsewhere when it is too short.</summary>
        public void FromManaged(string managed, Span<byte> buffer)
        {
            if (managed.Contains('\0', StringComparison.Ordinal))
            {
                throw new ArgumentException("the path has a NUL inside", nameof(managed));
            }

            var length = RawText.CountBytes(managed);
            if (length >= buffer.Length)
            {
                native = (byte*)NativeMemory.Alloc((nuint)length + 1);
                isAllocated = true;
                buffer = new Span<byte>(native, length + 1);
            }
            else
            {
                // The generated code gives a buffer on the stack, which stays where it is.
                native = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer));
            }

            buffer[RawText.Encode(managed, buffer)] = 0;
        }

        /// <summary>The first byte.</summary>
        public readonly byte* ToUnmanaged() => native;

        /// <summary>Gives memory back.</summary>
        public readonly void Free()
        {
            if (isAllocated)
            {
                NativeMemory.Free(native);
            }
        }
    }
}
