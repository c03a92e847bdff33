// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A firmware image of any size, made up while it is read, so that large transfers need no memory.
struct FirmwareImage: Sendable {
    /// The size in bytes.
    let size: Int

    /// What a device gives without being asked for another size.
    static let usualSize = 256 << 10
    /// The largest there is.
    static let maximumSize = 1 << 30

    /// The image that a request asks for with `?size=BYTES`.
    ///
    /// - Throws: `ResponseError` with 4.00 for what is no size.
    init(_ request: Request) throws(ResponseError) {
        guard let argument = request.options.uriQuery.first(where: { $0.hasPrefix("size=") }) else {
            size = Self.usualSize
            return
        }
        guard let size = Int(argument.dropFirst(5)), (0...Self.maximumSize).contains(size) else {
            throw ResponseError(.badRequest, "size= is 0 to \(Self.maximumSize) bytes")
        }
        self.size = size
    }

    /// The largest that is made at once, for a digest, which goes before the body.
    static let maximumWholeSize = 1 << 20

    /// The image as a response whose blocks are made when they are asked for; as a whole for a client that wants a digest.
    func response(to request: Request) -> Response {
        let eTag = withUnsafeBytes(of: UInt64(size).bigEndian, Array.init)
        if request.options.payloadDigest != nil, size <= Self.maximumWholeSize {
            var response = Response(payload: (0..<size).map(Self.byte), contentFormat: .octetStream)
            response.options.eTags = [eTag]
            return response
        }
        return Response(
            stream: BodyStream(size: size) { [size] offset, count in
                (offset..<min(offset + count, size)).map(Self.byte)
            }, contentFormat: .octetStream, eTag: eTag)
    }

    /// The byte at a place: each one but depends on it, so that blocks in a wrong order are noticed.
    static func byte(at offset: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (offset &* 167) ^ (offset >> 8) &* 13 ^ (offset >> 16))
    }

    /// Takes a new image and throws it away.
    ///
    /// - Returns: how many bytes it had.
    static func install(_ body: RequestBody) async throws -> Int {
        var size = 0
        for try await piece in body { size += piece.count }
        return size
    }
}
