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

    /// Takes a new image, keeps nothing of it but its beginning, and computes its SHA-256.
    ///
    /// - Parameters:
    ///   - body: the image.
    ///   - each: gets how many bytes have come so far.
    static func read(
        _ body: RequestBody, each: (Int) throws -> Void
    ) async throws -> (size: Int, head: [UInt8], sum: [UInt8]) {
        let hasher = BodyHasher()
        var size = 0
        var head: [UInt8] = []
        for try await piece in body {
            if head.count < FirmwareUpdate.broken.count {
                head += piece.prefix(FirmwareUpdate.broken.count - head.count)
            }
            hasher.update(piece)
            size += piece.count
            try each(size)
        }
        let sum = hasher.finish()
        guard sum.count == PayloadDigest.size else {
            throw ResponseError(.internalServerError, "no memory to compute the image's sum")
        }
        return (size, head, sum)
    }
}
