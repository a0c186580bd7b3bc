import { messageOf } from '#shared/errors.ts';
import type { Serverless } from '../osls.ts';
import type { Step } from '../step.ts';
import { resourcesOf, type Template } from '../template.ts';
import { parseRoles, type RoleOptions } from './options.ts';

/**
 * The path, the permissions boundary and the tags of every role in the finished template, whichever step made the role.
 *
 * ```yaml
 * custom:
 *   roles:
 *     path: /starling/dev/
 *     permissionsBoundary: arn:aws:iam::123456789012:policy/boundary
 *     tags: team=payments,cost-centre=42
 * ```
 *
 * A role that has a path in serverless.yml keeps it. The policies of the bus and the stream deny roles without the path, so they
 * change after all functions have their roles: calls continue while an update gives the roles another path.
 */
export const roles: Step = (serverless) => {
  // parseRoles checks the value. Its errors say what to write instead.
  serverless.configSchemaHandler.defineCustomProperties({ properties: { roles: { type: 'object' } } });
  let options: RoleOptions | undefined;
  return {
    prepare() {
      options = read(serverless);
    },
    finish() {
      if (options === undefined) throw new Error('the roles were not prepared');
      const { path, permissionsBoundary, tags } = options;
      const { compiledCloudFormationTemplate: template } = serverless.service.provider;
      for (const [, role] of resourcesOf(template, 'AWS::IAM::Role')) {
        role.Properties.Path ??= path;
        if (permissionsBoundary !== undefined) role.Properties.PermissionsBoundary = permissionsBoundary;
        if (tags.length > 0) role.Properties.Tags = tags;
      }
      putPoliciesLast(template);
    },
  };
};

const denying = ['AWS::Events::EventBusPolicy', 'AWS::Kinesis::ResourcePolicy'];
const running = ['AWS::Lambda::Function', 'AWS::ECS::Service'];

function putPoliciesLast(template: Template): void {
  const functions = running.flatMap((type) => resourcesOf(template, type).map(([id]) => id));
  for (const [, policy] of denying.flatMap((type) => resourcesOf(template, type))) {
    policy.DependsOn = [...[policy.DependsOn ?? []].flat(), ...functions];
  }
}

function read({ service, classes }: Serverless): RoleOptions {
  try {
    return parseRoles(service.custom?.roles);
  } catch (error) {
    throw new classes.Error(messageOf(error), 'INVALID_ROLES');
  }
}
