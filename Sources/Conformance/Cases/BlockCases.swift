// SPDX-License-Identifier: Apache-2.0

import CoAP

/// TD_COAP_BLOCK_01 to 06: bodies of 1,280 bytes in blocks of 64, or 16.
enum BlockCases {
    static let all = [early("BLOCK_01", size: 64), late, put, create, twoWays, early("BLOCK_06", size: 16)]

    /// Twenty lines of 64 bytes.
    static let body: [UInt8] = (0..<20).flatMap { line in
        let text = "line \(line) of twenty: the quick brown fox jumps over the lazy dog "
        return Array((text + String(repeating: "-", count: 64)).utf8.prefix(63)) + [UInt8(ascii: "\n")]
    }

    private static func early(_ name: String, size: Int) -> TestCase {
        TestCase(
            name, "GET in blocks of \(size), early negotiation", rfc: "RFC 7959 §2.4, §3.1", track: "large-\(size)"
        ) { run throws(CaseEnd) in
            let option = CoAPOption(.block2, uint: BlockOption(number: 0, size: size).rawValue)
            let exchange = try run.exchange(run.request(.get, "large", [option]))
            try run.expectContent(exchange.response)
            let body = try run.body(exchange.response, of: exchange.request, size: size)
            try run.expect(body.count > size, "the body has only \(body.count) bytes")
        }
    }

    private static let late = TestCase(
        "BLOCK_02", "GET in blocks, late negotiation", rfc: "RFC 7959 §2.4, §3.1", track: "large-late"
    ) { run throws(CaseEnd) in
        let exchange = try run.exchange(run.request(.get, "large"))
        try run.expectContent(exchange.response)
        guard exchange.response.options.contains(.block2) else {
            throw .fail("a body of \(exchange.response.payload.count) bytes came in one message, without Block2")
        }
        _ = try run.body(exchange.response, of: exchange.request, size: 1024)
    }

    private static let put = TestCase("BLOCK_03", "PUT in blocks", rfc: "RFC 7959 §2.5, §3.2", track: "large-update") {
        run throws(CaseEnd) in
        let exchange = try run.upload(.put, "large-update", body, size: 64)
        try run.expect(exchange.response, .changed, .created)
        let read = try run.exchange(run.request(.get, "large-update"))
        try run.expect(read.response, .content)
        let isWhole = !read.response.options.contains(.block2)
        let stored = isWhole ? read.response.payload : try run.body(read.response, of: read.request, size: 1024)
        try run.expect(stored == body, "what was put is not what is there: \(stored.count) bytes, not \(body.count)")
    }

    private static let create = TestCase(
        "BLOCK_04", "POST in blocks that creates", rfc: "RFC 7959 §2.5, §3.2", track: "large-create"
    ) { run throws(CaseEnd) in
        let exchange = try run.upload(.post, "large-create", body, size: 64)
        try run.expect(exchange.response, .created)
        let location = exchange.response.options.locationPath
        try run.expect(location.first == "large-create", "Location-Path does not begin with 'large-create'")
        try run.expect(
            location.count == 2 && !location[1].isEmpty && !location[1].contains("/"),
            "Location-Path does not name one resource below 'large-create'")
        let read = try run.exchange(run.request(.get, "large-create/" + location[1]))
        try run.expect(read.response, .content)
    }

    private static let twoWays = TestCase(
        "BLOCK_05", "POST in blocks, answered in blocks", rfc: "RFC 7959 §2.7, §3.3", track: "large-post"
    ) { run throws(CaseEnd) in
        let exchange = try run.upload(.post, "large-post", body, size: 64)
        try run.expect(exchange.response, .changed)
        let answer = try run.body(exchange.response, of: exchange.request, size: 1024)
        let upper = body.map { (97...122).contains($0) ? $0 - 32 : $0 }
        try run.expect(answer == upper, "the answer is not the request's body in capital letters")
    }
}
