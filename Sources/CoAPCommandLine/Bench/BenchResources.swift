// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What is measured: `/bench`, 20 bytes, `/bench/{size}`, a body of so many KiB, and `/bench/stream`, 100 MiB that are never in memory
/// at once.
enum BenchResources {
    static func register(on router: Router) {
        let hidden = LinkAttributes(isListed: false)
        router.get("bench", attributes: hidden) { _, _ in "twenty bytes exactly" }
        for kibibytes in [100, 1024] {
            let body = [UInt8](repeating: 0x78, count: kibibytes << 10)
            router.get("bench/\(kibibytes)", attributes: hidden) { _, _ in
                Response(payload: body, contentFormat: .octetStream)
            }
        }
        let size = 100 << 20
        router.get("bench/stream", attributes: hidden) { _, _ in
            let body = BodyStream(size: size) { offset, count in
                (offset..<min(offset + count, size)).map { UInt8(truncatingIfNeeded: $0 >> 10) }
            }
            return Response(stream: body, contentFormat: .octetStream)
        }
    }
}
