import { describe, expect, it } from 'vitest';
import { unknownOperation } from '#hosts/aws-api/errors.ts';
import { checkProtocol, isQueryProtocol, queryProtocolRefusal } from '#hosts/aws-api/protocol.ts';

describe('a request of another protocol', () => {
  it('with CBOR learns which variable its SDK needs', () => {
    expect(() => checkProtocol({ 'content-type': 'application/x-amz-cbor-1.1' })).toThrow(
      /supports only AWS's JSON protocols\. This request has the Content-Type application\/x-amz-cbor-1\.1\..*CBOR_ENABLED=false/,
    );
  });

  it('with a compressed body learns that the mesh reads none', () => {
    expect(() => checkProtocol({ 'content-encoding': 'gzip' })).toThrow(
      'A standalone mesh does not support the Content-Encoding gzip. Send the body without compression.',
    );
    checkProtocol({ 'content-type': 'application/x-amz-json-1.1', 'content-encoding': 'identity' });
  });

  it('of old clients of SQS learns in XML which version it needs', () => {
    expect(isQueryProtocol({ 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' })).toBe(true);
    expect(queryProtocolRefusal()).toContain('Update the SDK or the AWS CLI to a version from November 2023 or later.');
  });

  it('learns where the operations are listed, and repeats no long name', () => {
    expect(unknownOperation('AmazonSQS.TagQueue').message).toBe(
      'A standalone mesh does not support the operation AmazonSQS.TagQueue. docs/aws-protocols.md lists the operations that it supports.',
    );
    expect(unknownOperation(`AmazonSQS.${'x'.repeat(5000)}`).message.length).toBeLessThan(400);
    expect(unknownOperation(undefined).message).toContain('X-Amz-Target');
  });
});
