export interface SampleChange {
  readonly inserts: number;
  readonly updates: number;
}

/** SQL that changes FLIGHTS as a source would: new flights, and delays corrected, both stamped with the server's clock. */
export function changeStatements({ inserts, updates }: SampleChange): readonly string[] {
  return [
    `INSERT INTO AVIATION.PUBLIC.FLIGHTS (FLIGHT_ID, DATE, DELAY, DISTANCE, ORIGIN, DESTINATION, UPDATED_AT)
     SELECT m.last_id + f.FLIGHT_ID, DATEADD(month, 6, f.DATE), f.DELAY, f.DISTANCE, f.ORIGIN, f.DESTINATION, SYSDATE()
     FROM AVIATION.PUBLIC.FLIGHTS f CROSS JOIN (SELECT MAX(FLIGHT_ID) AS last_id FROM AVIATION.PUBLIC.FLIGHTS) m
     WHERE f.FLIGHT_ID <= ${inserts}`,
    `UPDATE AVIATION.PUBLIC.FLIGHTS SET DELAY = DELAY + 1, UPDATED_AT = SYSDATE()
     WHERE FLIGHT_ID IN (SELECT FLIGHT_ID FROM AVIATION.PUBLIC.FLIGHTS WHERE FLIGHT_ID > ${inserts} AND MOD(FLIGHT_ID, 997) = 0 ORDER BY FLIGHT_ID LIMIT ${updates})`,
  ];
}
