// SPDX-License-Identifier: Apache-2.0

import CoAP

extension CaseRun {
    /// The Block2 of a response, as long as it is what RFC 7959 allows as the answer to a block asked for.
    private func block2(of response: Message, number: UInt32, size: Int) throws(CaseEnd) -> BlockOption {
        guard let raw = response.options.uint(.block2) else {
            throw .fail("the response has no Block2")
        }
        guard let block = BlockOption(rawValue: raw) else { throw .fail("Block2 has the reserved value \(raw)") }
        try expect(block.number == number, "block \(block.number) came, and \(number) was asked for")
        try expect(block.size <= size, "blocks of \(block.size) bytes came, and \(size) were asked for")
        if block.hasMore {
            try expect(
                response.payload.count == block.size,
                "block \(number) says \(block.size) bytes and more to come, and has \(response.payload.count)")
        } else {
            try expect(
                response.payload.count <= block.size,
                "the last block has \(response.payload.count) bytes, more than its size of \(block.size)")
        }
        return block
    }

    /// Gets the blocks behind the first one and returns the whole body (RFC 7959 §2.4).
    ///
    /// - Parameters:
    ///   - request: the one that was answered; the others are like it, without payload and Block1.
    ///   - size: the size of blocks to ask for, in bytes; the first one may have been smaller.
    func body(_ first: Message, of request: Message, size: Int) throws(CaseEnd) -> [UInt8] {
        var block = try block2(of: first, number: 0, size: size)
        var body = first.payload
        let tag = first.options.first(.eTag)
        while block.hasMore {
            try expect(body.count < 1 << 20, "the body does not end within 1 MiB")
            var options = request.options
            options.removeAll(.block1)
            options.removeAll(.observe)
            options.set(
                .block2, to: CoAPOption(.block2, uint: UInt64(block.number + 1) << 4 | UInt64(block.sizeExponent)).value
            )
            // The later blocks of a notification are asked for under another token (RFC 7959 §2.6).
            let next = self.request(Method(rawValue: request.code.rawValue) ?? .get, "", options.map { $0 })
            let response = try exchange(next).response
            try expect(response, first.code)
            try expect(
                response.options.first(.eTag) == tag,
                "block \(block.number + 1) has another ETag than the first: the body changed on the way")
            block = try block2(of: response, number: block.number + 1, size: block.size)
            body += response.payload
        }
        return body
    }

    /// Sends a body in blocks (RFC 7959 §2.5) and returns the answer to the last one.
    func upload(
        _ method: Method, _ path: String, _ body: [UInt8], size: Int, format: ContentFormat = .text
    ) throws(CaseEnd) -> Exchange {
        var size = size
        var offset = 0
        while true {
            let hasMore = offset + size < body.count
            let block = BlockOption(number: UInt32(offset / size), hasMore: hasMore, size: size)
            let options = [
                CoAPOption(.contentFormat, uint: UInt64(format.rawValue)), CoAPOption(.block1, uint: block.rawValue),
            ]
            let chunk = Array(body[offset..<min(body.count, offset + size)])
            let exchange = try exchange(request(method, path, options, payload: chunk))
            let response = exchange.response
            if response.code == .requestEntityTooLarge, let wanted = response.options.block1, wanted.size < size,
                offset == 0
            {
                note("it asked for blocks of \(wanted.size) bytes instead of \(size)")
                size = wanted.size
                continue
            }
            guard response.code.isSuccess else {
                try expect(response, hasMore ? .continue : .changed)
                return exchange
            }
            guard let answered = response.options.block1 else {
                throw .fail("the answer to block \(block.number) has no Block1")
            }
            try expect(
                answered.number == block.number, "block \(block.number) was sent, \(answered.number) is answered")
            guard hasMore else {
                try expect(!answered.hasMore, "Block1 of the last answer says that more is to come")
                return exchange
            }
            try expect(response, .continue)
            try expect(answered.size <= size, "it asks for blocks of \(answered.size) bytes, larger than \(size)")
            offset += size
            // A smaller size counts from here on; a block's number is its place in that size (RFC 7959 §2.5).
            size = answered.size
        }
    }
}
