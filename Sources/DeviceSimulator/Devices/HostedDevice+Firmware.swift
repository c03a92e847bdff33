// SPDX-License-Identifier: Apache-2.0

import CoAP

// How a device gets a new program.
extension HostedDevice {
    /// Takes an image. Without an order for it in the query it is counted and thrown away; with one it is compared with its sum and
    /// started: the device is away for ``FirmwareUpdate/restartTime``, and comes back with it, or with the former one where the image
    /// does not start.
    ///
    /// - Throws: `ResponseError`: 4.00 for a wrong sum, 4.09 while another image comes, 5.03 while the device is away; what reading
    ///   the body throws.
    func install(
        _ number: Int, _ request: Request, _ context: RequestContext, _ body: RequestBody
    ) async throws -> Response {
        let order = try FirmwareOrder(request, digest: context.bodyDigest)
        try meet()
        guard let order else {
            return Response(.changed, text: "\(try await FirmwareImage.install(body)) bytes")
        }
        try changeFirmware(number) { update throws(ResponseError) in
            try update.begin(size: request.options.size1.map(Int.init))
            return true
        }
        do {
            let image = try await FirmwareImage.read(body) { received in
                try changeFirmware(number) { $0.receive(received) }
            }
            try changeFirmware(number) {
                $0.verify()
                return true
            }
            try order.check(image.sum)
            try meet()
            let version = order.versionName(image.sum)
            let boots = image.head != FirmwareUpdate.broken
            try changeFirmware(number) {
                $0.restart(with: version, boots: boots, at: device.time)
                return true
            }
            device.inject(Fault(.reboot(farewell: true), .at(device.time), duration: FirmwareUpdate.restartTime))
            advance()
            return Response(.changed, text: "\(image.size) bytes, the sum is right; restarts with \(version)")
        } catch {
            try changeFirmware(number) {
                $0.abandon()
                return true
            }
            throw error
        }
    }
}
