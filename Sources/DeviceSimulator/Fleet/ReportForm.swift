// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

/// How a group's devices write their reports: a SenML pack (RFC 8428) of the report's number and the values of its takings.
///
/// The number is a record named `report` in front, which any server takes, and by which one that counts tells copies from others.
struct ReportForm {
    /// The name of the record with the report's number.
    static let numberName = "report"

    /// Values that were taken at one time; no number where there is none.
    struct Taking {
        /// In seconds since 1970.
        var time: Double
        /// In the order of ``resources``.
        var values: [Double]
    }

    let plan: ReportPlan
    /// The numbers of the resources that are reported, among the group's.
    let resources: [Int]
    private let names: [String]
    private let units: [SenMLUnit?]
    private let options: Options

    /// - Returns: nil for devices that do not report.
    init?(of group: DeviceGroup) {
        guard let plan = group.report else { return nil }
        self.plan = plan
        var resources: [Int] = []
        var names: [String] = []
        var units: [SenMLUnit?] = []
        for (index, resource) in group.resources.enumerated() {
            let isListed = plan.resources.contains(resource.path)
            switch resource.content {
            case .sensor(let sensor) where plan.resources.isEmpty || isListed:
                names.append(sensor.quantity)
                units.append(sensor.unit.isEmpty ? nil : SenMLUnit(rawValue: sensor.unit))
            case .actuator(let actuator) where isListed:
                names.append(actuator.quantity)
                units.append(actuator.unit.isEmpty ? nil : SenMLUnit(rawValue: actuator.unit))
            default: continue
            }
            resources.append(index)
        }
        // Two thermometers are told apart by their paths.
        self.names = names.indices.map { index in
            let isAlone = names.count { $0 == names[index] } == 1
            return isAlone ? names[index] : group.resources[resources[index]].path
        }
        self.resources = resources
        self.units = units
        var options = Options()
        options.uriPath = plan.path.split(separator: "/").map(String.init)
        options.contentFormat = plan.usesCBOR ? .senMLCBOR : .senMLJSON
        self.options = options
    }

    /// How many reports there is place for.
    var capacity: Int { max(1, plan.maximumStored / max(1, plan.batch)) }

    /// A report's body; nil when there is no value in it.
    func payload(number: Int, device: String, _ takings: [Taking]) -> [UInt8]? {
        guard let base = takings.first?.time else { return nil }
        var records = [
            SenMLRecord(
                baseName: "urn:dev:ops:32473-\(device):", baseTime: base, name: Self.numberName, unit: .count,
                value: .number(Double(number)))
        ]
        for taking in takings {
            let offset = ((taking.time - base) * 1000).rounded() / 1000
            for (index, value) in taking.values.enumerated() where value.isFinite {
                records.append(
                    SenMLRecord(
                        name: names[index], unit: units[index], value: .number(value), time: offset == 0 ? nil : offset)
                )
            }
        }
        guard records.count > 1 else { return nil }
        return try? SenMLPack(records).encoded(as: plan.usesCBOR ? .senMLCBOR : .senMLJSON)
    }

    /// The request that brings a report.
    func request(_ report: StoredReport) -> Request {
        Request(method: .post, options: options, payload: report.payload)
    }
}
